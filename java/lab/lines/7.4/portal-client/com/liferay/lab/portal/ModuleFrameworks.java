package com.liferay.lab.portal;

import java.io.File;

/** The module framework lies beside this class behind the shield, and so in the same class loader, as in Liferay 7.4. */
class ModuleFrameworks {

    static ModuleFramework load(File home) throws Exception {
        return (ModuleFramework)Class.forName(
            "com.liferay.lab.bootstrap.EquinoxModuleFramework").getDeclaredConstructor().newInstance();
    }

}
