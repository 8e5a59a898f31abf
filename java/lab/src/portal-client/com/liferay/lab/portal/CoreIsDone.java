package com.liferay.lab.portal;

/** The upgrade has done what concerns the core's tables; what follows needs the services of a whole portal. */
class CoreIsDone extends RuntimeException {

    private static final long serialVersionUID = 1;

}
