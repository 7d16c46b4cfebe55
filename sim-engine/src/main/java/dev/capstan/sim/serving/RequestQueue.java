package dev.capstan.sim.serving;

/** First come, first served: a growing ring of request numbers. */
final class RequestQueue {

    private int[] ring = new int[256];
    private int head;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    int peek() {
        return ring[head];
    }

    int poll() {
        int request = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return request;
    }

    void add(int request) {
        if (size == ring.length) {
            int[] larger = new int[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(head + i) & (ring.length - 1)];
            }
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = request;
    }
}
