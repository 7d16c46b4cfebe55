/** Tests of the report, on folders that {@link dev.capstan.report.FixtureFolder} makes up by the contract. */
@NullMarked
package dev.capstan.report;

import org.jspecify.annotations.NullMarked;
