/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import org.junit.jupiter.api.Test;

/** Holds the direction of modules and packages (docs/architecture.md): a module uses only those below it, packages form no cycle. */
final class ArchitectureTest {
    private static final JavaClasses HEADWATER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.headwater");

    @Test
    void aModuleUsesOnlyModulesBelowIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("tensors")
                .definedBy("io.headwater.tensors..")
                .layer("compression")
                .definedBy("io.headwater.compression..")
                .layer("model")
                .definedBy("io.headwater.model..")
                .layer("cluster")
                .definedBy("io.headwater.cluster..")
                .layer("actors")
                .definedBy("io.headwater.actors..")
                .layer("sessions")
                .definedBy("io.headwater.sessions..")
                .layer("deploy")
                .definedBy("io.headwater.deploy..")
                .whereLayer("deploy")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("sessions")
                .mayOnlyBeAccessedByLayers("deploy")
                .whereLayer("actors")
                .mayOnlyBeAccessedByLayers("sessions", "deploy")
                .whereLayer("cluster")
                .mayOnlyBeAccessedByLayers("actors", "sessions", "deploy")
                .whereLayer("model")
                .mayOnlyBeAccessedByLayers("cluster", "actors", "sessions", "deploy")
                .whereLayer("compression")
                .mayOnlyBeAccessedByLayers("model", "cluster", "actors", "sessions", "deploy")
                .check(HEADWATER);
    }

    @Test
    void packagesOfAModuleFormNoCycle() {
        for (String module :
                new String[] {"tensors", "compression", "model", "cluster", "actors", "sessions", "deploy"}) {
            slices().matching("io.headwater." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .check(HEADWATER);
        }
    }

    @Test
    void onlyDeployReadsTheProcessesSurroundings() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackages("io.headwater.deploy..", "io.headwater.testing..")
                .should()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .orShould()
                .callMethod(System.class, "setProperty", String.class, String.class)
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .check(HEADWATER);
    }

    @Test
    void engineAndDecodeLoopKnowNoNetworkAndNoActors() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAnyPackage("io.headwater.tensors..", "io.headwater.compression..", "io.headwater.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.aeron..", "org.apache.pekko..")
                .check(HEADWATER);
    }

    @Test
    void nothingButTheKernelsUsesTheVectorApi() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("io.headwater.tensors.kernels..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(HEADWATER);
    }

    @Test
    void commandsUseOnlyTheConsolesStreams() {
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage("io.headwater..")
                .and()
                .resideOutsideOfPackages("io.headwater.testing..")
                .and()
                .doNotHaveFullyQualifiedName("io.headwater.deploy.cli.Console")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(HEADWATER);
    }
}
