/**
 * The operator: watches {@code PowerCap}s and runs the control loop of each while this process leads. What it must not
 * forget stands in the status of the resources, so that another process goes on where this one ended.
 */
@NullMarked
package dev.capstan.bridge.operator;

import org.jspecify.annotations.NullMarked;
