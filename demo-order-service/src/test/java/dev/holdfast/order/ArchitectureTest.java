package dev.holdfast.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** {@code payment <- checkout -> inventory}: who is called does not know who calls. */
@AnalyzeClasses(packages = "dev.holdfast.order", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule whoIsCalledStandsAlone = noClasses()
            .that()
            .resideInAnyPackage("..order.inventory", "..order.payment")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..order.checkout");

    @ArchTest
    static final ArchRule inventoryAndPaymentDoNotKnowEachOther = noClasses()
            .that()
            .resideInAPackage("..order.inventory")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..order.payment");

    @ArchTest
    static final ArchRule nobodyNeedsTheCheckout =
            classes().that().resideInAPackage("..order.checkout").should().notBePublic();
}
