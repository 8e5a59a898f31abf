package com.liferay.lab.portal;

import com.liferay.portal.events.StartupHelper;

/** The real helper without the verify processes, which need the services of the Spring context. */
public class LabStartupHelper extends StartupHelper {

    @Override
    public boolean isVerified() {
        return _verified;
    }

    @Override
    public void verifyProcess(boolean verified) {
        _verified = true;
    }

    @Override
    @SuppressWarnings("deprecation")
    public void verifyProcess(boolean newBuildNumber, boolean verified) {
        _verified = true;
    }

    private boolean _verified;

}
