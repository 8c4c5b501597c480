package dev.holdfast.lock;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** {@code redis -> core <- web}: the core knows neither who keeps leases nor who asks for them. */
@AnalyzeClasses(packages = "dev.holdfast.lock", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CORE = "dev.holdfast.lock.core..";
    private static final String REDIS = "dev.holdfast.lock.redis..";
    private static final String WEB = "dev.holdfast.lock.web..";

    @ArchTest
    static final ArchRule theCoreImportsTheJdkAndJSpecifyOnly = classes()
            .that()
            .resideInAPackage(CORE)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CORE, "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule theStoreDoesNotKnowTheWeb = noClasses()
            .that()
            .resideInAPackage(REDIS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(WEB);

    @ArchTest
    static final ArchRule theWebDoesNotKnowTheStore = noClasses()
            .that()
            .resideInAPackage(WEB)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REDIS);

    @ArchTest
    static final ArchRule onlyTheCoreIsOpenToOthers =
            classes().that().resideInAnyPackage(REDIS, WEB).should().notBePublic();
}
