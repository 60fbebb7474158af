/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test, or its {@code @BeforeEach}, a root allocator as a parameter of type {@link BufferAllocator}; closes it after the
 * test and fails with Arrow's listing if anything is still allocated. Use it by {@code @ExtendWith(AllocatorExtension.class)}.
 */
public final class AllocatorExtension implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(AllocatorExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == BufferAllocator.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent("root", _ -> new RootAllocator(Long.MAX_VALUE), RootAllocator.class);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        RootAllocator root = context.getStore(NAMESPACE).remove("root", RootAllocator.class);
        if (root != null) {
            closeOrFail(root);
        }
    }

    /** Closes the allocator; an {@link AssertionError} with its listing if it is not empty. */
    public static void closeOrFail(BufferAllocator root) {
        long leakedBytes = root.getAllocatedMemory();
        String listing = root.toVerboseString(); // before closing: Arrow's own error does not always have it
        try {
            root.close();
        } catch (IllegalStateException e) {
            throw new AssertionError("the test leaked " + leakedBytes + " bytes or an open allocator:\n" + listing, e);
        }
    }
}
