package dev.capstan.sim.power;

/** Neumaier's compensated summation: the error of a sum of many small energies stays at the last bits. */
final class CompensatedSum {

    private double sum;
    private double compensation;

    void add(double value) {
        double total = sum + value;
        compensation += Math.abs(sum) >= Math.abs(value) ? (sum - total) + value : (value - total) + sum;
        sum = total;
    }

    double value() {
        return sum + compensation;
    }
}
