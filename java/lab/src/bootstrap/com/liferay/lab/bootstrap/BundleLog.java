package com.liferay.lab.bootstrap;

import com.liferay.portal.kernel.log.Log;
import com.liferay.portal.kernel.log.LogFactoryUtil;

import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogReaderService;

/** Copies errors of the framework and of OSGi's log service to the portal's log, as Liferay's log bridge does. */
class BundleLog {

    static void listen(BundleContext context) {
        context.addFrameworkListener(
            event -> {
                if (event.getType() == FrameworkEvent.ERROR) {
                    _log.error("Error in " + event.getBundle(), event.getThrowable());
                }
            });

        ServiceReference<LogReaderService> reference = context.getServiceReference(LogReaderService.class);

        if (reference != null) {
            context.getService(reference).addLogListener(BundleLog::_copy);
        }
    }

    @SuppressWarnings("deprecation")
    private static void _copy(LogEntry entry) {
        if ((entry.getLevel() == org.osgi.service.log.LogService.LOG_ERROR) && (entry.getBundle().getBundleId() != 0)) {
            _log.error(entry.getBundle() + ": " + entry.getMessage(), entry.getException());
        }
    }

    private static final Log _log = LogFactoryUtil.getLog(BundleLog.class);

}
