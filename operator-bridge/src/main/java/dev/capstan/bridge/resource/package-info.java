/**
 * The custom resources {@code PowerCap} and {@code ClusterPowerCap} as Java: what people write and what the operator
 * reports. The resource definitions, the reference of the API and the defaults come from these records; what a schema
 * cannot say, {@link dev.capstan.bridge.resource.PowerCapValidator} says.
 */
@NullMarked
package dev.capstan.bridge.resource;

import org.jspecify.annotations.NullMarked;
