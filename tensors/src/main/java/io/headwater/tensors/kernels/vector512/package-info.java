/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The Vector API provider. C2 makes good code only where a species is a static constant, so there is one package per vector
 * width: this one is the source, and the build derives {@code vector256} and {@code vector128} from it by replacing the number
 * in names (tensors/pom.xml). Nothing here may therefore depend on the width but {@code Lanes}.
 *
 * <p>Traps that cost 10 × and print nothing: {@code convertShape} boxes ({@code castShape} does not), so do accumulators carried
 * through two nested loops, and so does a method of more than some sixty vector operations, which passes C2's inlining limits.
 * Hence many small loops here. The tests count allocated bytes.
 *
 * <p>C2 would inline those loops into their caller and meet its limit there (NodeCountInliningCutoff), whereupon every vector in
 * the rest is boxed; whether it does depends on what was compiled first. So the JVM is started with {@code
 * -XX:CompileCommand=dontinline,…vector*::*Loop}, and a method that holds a loop over vectors is named {@code …Loop}; it neither
 * takes nor returns a vector. What returns one lies in {@code Lanes} or {@code VectorExp}, which are always inlined, or is a line or two: a
 * method that was compiled on its own first and came out long would be called, not inlined, and its result boxed.
 */
@NullMarked
package io.headwater.tensors.kernels.vector512;

import org.jspecify.annotations.NullMarked;
