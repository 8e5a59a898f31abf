//! What is known of `portal-kernel.jar` where it is not at hand.
//!
//! Read in the class files of portal-kernel 71.0.0, 123.0.0, 126.0.1 and 128.0.1 (7.4.3.41 to 7.4.3.103): they agree in
//! everything that stands here, each as far as it has the class.

/// The class of all steps of the core.
pub(super) const UPGRADE_PROCESS: &str = "com/liferay/portal/kernel/upgrade/UpgradeProcess";
const UPGRADE_MODULES: &str = "com/liferay/portal/kernel/upgrade/util/UpgradeModules";
/// The factory of steps that change columns.
pub(super) const PROCESS_FACTORY: &str = "com/liferay/portal/kernel/upgrade/UpgradeProcessFactory";
/// The factory of steps that make rows for modules.
pub(super) const MODULES_FACTORY: &str =
    "com/liferay/portal/kernel/upgrade/util/UpgradeModulesFactory";

/// What is taken for granted without the JAR.
pub(super) const ASSUMPTION: &str = "portal-kernel.jar was not at hand: its step classes and factories add no \
    steps before or after a step, as in portal-kernel 71.0.0, 123.0.0, 126.0.1 and 128.0.1";

/// Step classes from which steps of portal-impl inherit and that override neither `getPreUpgradeSteps` nor
/// `getPostUpgradeSteps`. `ViewCountUpgradeProcess` is left out: it has further steps in some of the four.
const WITHOUT_STEPS: &[&str] = &[
    "BaseAdminPortletsUpgradeProcess",
    "BaseBadColumnNamesUpgradeProcess",
    "BaseCompanyIdUpgradeProcess",
    "BaseDBColumnSizeUpgradeProcess",
    "BaseExternalReferenceCodeUpgradeProcess",
    "BaseLastPublishDateUpgradeProcess",
    "BaseLocalizedColumnUpgradeProcess",
    "BasePortletIdUpgradeProcess",
    "BasePortletPreferencesUpgradeProcess",
    "BaseReplacePortletId",
    "BaseRepositoryUpgradeProcess",
    "BaseSQLServerDatetimeUpgradeProcess",
    "BaseStagingGroupTypeSettingsUpgradeProcess",
    "BaseThemeIdUpgradeProcess",
    "BaseUuidUpgradeProcess",
    "CTModelUpgradeProcess",
    "CamelCaseUpgradePortletPreferences",
    "DummyUpgradeProcess",
    "GuestUnsupportedResourcePermissionsUpgradeProcess",
    "MVCCVersionUpgradeProcess",
    "PortalPreferencesUpgradeProcess",
    "UpgradeMVCCVersion",
    "UpgradeProcess",
];

/// True for a class of the kernel that adds no steps and inherits none.
pub(super) fn adds_no_steps(class: &str) -> bool {
    class == UPGRADE_MODULES
        || class
            .strip_prefix("com/liferay/portal/kernel/upgrade/")
            .is_some_and(|name| WITHOUT_STEPS.contains(&name))
}

/// The named class that the product of a factory method extends.
pub(super) fn product(factory: &str, method: &str) -> Option<&'static str> {
    match (factory, method) {
        (
            PROCESS_FACTORY,
            "addColumns" | "alterColumnName" | "alterColumnType" | "dropColumns" | "dropTables",
        ) => Some(UPGRADE_PROCESS),
        (MODULES_FACTORY, "create") => Some(UPGRADE_MODULES),
        _ => None,
    }
}
