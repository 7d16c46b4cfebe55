/**
 * Turns a results folder into one HTML file that opens offline, and into chart files. Everything shown is read from the
 * folder: what belongs in a result is never computed here, only chosen, drawn and put into words. The contract of the
 * folder is {@code docs/results.md}.
 */
@NullMarked
package dev.capstan.report;

import org.jspecify.annotations.NullMarked;
