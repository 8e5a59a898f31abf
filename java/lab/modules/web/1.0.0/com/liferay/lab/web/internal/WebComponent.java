package com.liferay.lab.web.internal;

import com.liferay.portal.kernel.model.Release;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Lives only while the module "minor" is at a schema version that it understands. */
@Component(immediate = true, service = WebComponent.class)
public class WebComponent {

    @Reference(
        target = "(&(release.bundle.symbolic.name=com.liferay.lab.minor)(&(release.schema.version>=1.0.0)" +
            "(!(release.schema.version>=2.0.0)))(|(!(release.state=*))(release.state=0)))"
    )
    protected void setRelease(Release release) {
    }

    protected void unsetRelease(Release release) {
    }

}
