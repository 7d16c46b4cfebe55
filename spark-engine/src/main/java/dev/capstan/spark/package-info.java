/**
 * Sweeps on Apache Spark: the runs of a sweep as tasks of one Spark job, on this machine or on a cluster. Ships the
 * experiment as text and takes back finished rows and files; what is made of them is the sweep's own.
 */
@NullMarked
package dev.capstan.spark;

import org.jspecify.annotations.NullMarked;
