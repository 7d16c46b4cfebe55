/**
 * Turns the resources of other power and carbon cappers into {@code PowerCap}s: those of Climatik in all their spellings,
 * and those of Azure's carbon-aware KEDA operator. What cannot be kept, or will go another way, is said in notes.
 */
@NullMarked
package dev.capstan.bridge.importer;

import org.jspecify.annotations.NullMarked;
