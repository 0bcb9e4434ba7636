// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import java.io.IOException;
import java.io.InputStream;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels that use vectors, for the widest vectors of this processor and for those of half that width.
 *
 * <p>The compiler turns vector operations into instructions only where it knows the species as a constant of the class. So
 * that the code of a kernel stands here once and not once for every width, its class is defined anew for each, as a hidden
 * class ({@link MethodHandles.Lookup#defineHiddenClassWithClassData}) with the species as its class data.
 */
final class VectorKernels {
    private static final List<Class<? extends LaneKernel>> SHAPES = List.of(OneVectorKernel.class, FourVectorKernel.class);
    private static final int LEAST_BITS = 128;
    private static final int MOST_BITS = 512;

    private VectorKernels() {}

    /** All of them, those with the fewest lanes first. */
    static List<LaneKernel> all() {
        int widest = Math.clamp(IntVector.SPECIES_PREFERRED.vectorBitSize(), LEAST_BITS, MOST_BITS);
        List<LaneKernel> kernels = new ArrayList<>();
        for (Class<? extends LaneKernel> shape : SHAPES) {
            for (int bits = Math.max(LEAST_BITS, widest / 2); bits <= widest; bits *= 2) {
                kernels.add(define(shape, species(bits)));
            }
        }
        return kernels;
    }

    private static VectorSpecies<Integer> species(int bits) {
        return switch (bits) {
            case 512 -> IntVector.SPECIES_512;
            case 256 -> IntVector.SPECIES_256;
            default -> IntVector.SPECIES_128;
        };
    }

    private static LaneKernel define(Class<? extends LaneKernel> shape, VectorSpecies<Integer> species) {
        try (InputStream code = shape.getResourceAsStream(shape.getSimpleName() + ".class")) {
            MethodHandles.Lookup kernel = MethodHandles.lookup().defineHiddenClassWithClassData(code.readAllBytes(), species, true);
            MethodHandle constructor = kernel.findConstructor(kernel.lookupClass(), MethodType.methodType(void.class));
            return (LaneKernel) constructor.invoke();
        } catch (IOException | ReflectiveOperationException e) {
            throw new LinkageError("our own class " + shape.getName(), e);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("the constructor of our own class " + shape.getName(), e);
        }
    }

    /** The species that the kernel whose class makes {@code lookup} was defined with. */
    static VectorSpecies<Integer> species(MethodHandles.Lookup lookup) {
        try {
            @SuppressWarnings("unchecked") // all() gave it
            VectorSpecies<Integer> species = MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, VectorSpecies.class);
            return species;
        } catch (IllegalAccessException e) {
            throw new LinkageError("class data of " + lookup.lookupClass(), e);
        }
    }

    /** Turns the four words of every quad by so many places. */
    static VectorShuffle<Integer> turn(VectorSpecies<Integer> species, int places) {
        int quad = LaneKernel.QUAD;
        return VectorShuffle.fromOp(species, i -> i & -quad | i + places & quad - 1);
    }
}
