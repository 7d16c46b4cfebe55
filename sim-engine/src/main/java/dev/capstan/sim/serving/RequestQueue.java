package dev.capstan.sim.serving;

/** First come, first served, but for those that are put back: a growing ring of request numbers. */
final class RequestQueue {

    private int[] ring = new int[16];
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

    /** The i-th from the head. */
    int get(int i) {
        return ring[(head + i) & (ring.length - 1)];
    }

    int poll() {
        int request = ring[head];
        head = (head + 1) & (ring.length - 1);
        size--;
        return request;
    }

    void add(int request) {
        growIfFull();
        ring[(head + size++) & (ring.length - 1)] = request;
    }

    void addFirst(int request) {
        growIfFull();
        head = (head - 1) & (ring.length - 1);
        ring[head] = request;
        size++;
    }

    /** Takes a request out, wherever it stands; O(its place). False if it is not there. */
    boolean remove(int request) {
        int at = 0;
        while (at < size && get(at) != request) {
            at++;
        }
        if (at == size) {
            return false;
        }
        for (; at > 0; at--) {
            ring[(head + at) & (ring.length - 1)] = get(at - 1);
        }
        poll();
        return true;
    }

    private void growIfFull() {
        if (size == ring.length) {
            int[] larger = new int[size * 2];
            System.arraycopy(ring, head, larger, 0, size - head);
            System.arraycopy(ring, 0, larger, size - head, head);
            ring = larger;
            head = 0;
        }
    }
}
