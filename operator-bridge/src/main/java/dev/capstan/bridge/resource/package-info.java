/**
 * The custom resources of the operator. Their schema is generated from these classes: descriptions, defaults and limits
 * stand here and nowhere else.
 */
@NullMarked
package dev.capstan.bridge.resource;

import org.jspecify.annotations.NullMarked;
