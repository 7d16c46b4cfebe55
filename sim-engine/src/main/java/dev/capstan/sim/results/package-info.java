/**
 * The results folder: tables with units in their column names, written so that a crash loses no finished run.
 */
@NullMarked
package dev.capstan.sim.results;

import org.jspecify.annotations.NullMarked;
