package dev.capstan.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.capstan.capping.CappingPolicy;
import java.util.Set;

/** The house rules of docs/architecture.md, held against the compiled classes of every module. */
@AnalyzeClasses(packages = "dev.capstan", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {

    private static final String CAPPING = "dev.capstan.capping..";
    private static final String TRACE = "dev.capstan.trace..";
    private static final String SIM = "dev.capstan.sim..";
    private static final String REPORT = "dev.capstan.report..";
    private static final String BRIDGE = "dev.capstan.bridge..";
    private static final String CLI = "dev.capstan.cli..";

    private static final Set<String> TIME_OR_CHANCE = Set.of(
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Math.random",
            "java.lang.Thread.sleep",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom.current");
    private static final Set<String> UNSEEDED =
            Set.of("java.util.Random.<init>", "java.util.SplittableRandom.<init>", "java.security.SecureRandom.<init>");

    @ArchTest
    static final ArchRule cappingNeedsNothingButTheJdk = classes()
            .that()
            .resideInAPackage(CAPPING)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(CAPPING, "java..", "org.jspecify.annotations..");

    @ArchTest
    static final ArchRule cappingDoesNoInputOrOutput = noClasses()
            .that()
            .resideInAPackage(CAPPING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..", "java.sql..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.io\\.(File|RandomAccess|Input|Output|Print|Reader|Writer|Buffered).*");

    @ArchTest
    static final ArchRule tracesKnowNeitherPoliciesNorWhatIsBuiltOnThem = noClasses()
            .that()
            .resideInAPackage(TRACE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPPING, SIM, REPORT, BRIDGE, CLI);

    @ArchTest
    static final ArchRule theSimulatorKnowsNothingAboveIt = noClasses()
            .that()
            .resideInAPackage(SIM)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(REPORT, BRIDGE, CLI, "java.net..", "java.awt..", "javax.swing..");

    @ArchTest
    static final ArchRule reportsReadResultsOnly = noClasses()
            .that()
            .resideInAPackage(REPORT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BRIDGE, CLI);

    @ArchTest
    static final ArchRule theBridgeRunsWithoutTheSimulator = noClasses()
            .that()
            .resideInAPackage(BRIDGE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(SIM, REPORT, CLI);

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule timeAndChanceAreGiven =
            noClasses().that().resideInAnyPackage(CAPPING, SIM).should(takeTimeOrChance());

    @ArchTest
    static final ArchRule policiesHaveNoMutableFields = fields().that()
            .areDeclaredInClassesThat()
            .areAssignableTo(CappingPolicy.class)
            .should()
            .beFinal();

    @ArchTest
    static final ArchRule classesAreNamedAfterWhatTheyAre =
            noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager)");

    /** Calls that would make two runs of the same inputs differ. Wall times of a manifest come through a given clock. */
    private static ArchCondition<JavaClass> takeTimeOrChance() {
        return new ArchCondition<>("take time or chance from the machine") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaCodeUnitAccess<?> access : item.getCodeUnitAccessesFromSelf()) {
                    String owner = access.getTargetOwner().getName();
                    String target = owner + "." + access.getName();
                    boolean clock = owner.startsWith("java.time.")
                            && (access.getName().equals("now")
                                    || access.getName().startsWith("system"));
                    boolean unseeded = UNSEEDED.contains(target)
                            && access.getTarget().getRawParameterTypes().isEmpty();
                    boolean parallel = access.getName().equals("parallelStream")
                            || (owner.startsWith("java.util.stream.")
                                    && access.getName().equals("parallel"));
                    events.add(new SimpleConditionEvent(
                            item,
                            clock || unseeded || parallel || TIME_OR_CHANCE.contains(target),
                            access.getDescription()));
                }
            }
        };
    }
}
