/**
 * The {@code capstan} command: reads options, calls the module that does the work, and prints what came of it. Results
 * go to standard output; progress, warnings and errors to standard error; the exit code tells scripts what happened.
 */
@NullMarked
package dev.capstan.cli;

import org.jspecify.annotations.NullMarked;
