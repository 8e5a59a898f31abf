package com.liferay.lab.upgrade;

import com.liferay.portal.kernel.upgrade.UpgradeStep;
import com.liferay.portal.upgrade.registry.UpgradeStepRegistrator;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what one registrator registers. Several steps of one call become edges with intermediate versions
 * {@code to-step-(n-1)} down to {@code to-step-1}, then {@code to} (spec/upgrade-internals.md 2.3).
 */
class StepRegistry implements UpgradeStepRegistrator.Registry {

    StepRegistry(int buildNumber) {
        _buildNumber = buildNumber;
    }

    @Override
    public void register(String from, String to, UpgradeStep... steps) {
        String current = from;

        for (int i = 0; i < steps.length; i++) {
            int rest = steps.length - 1 - i;
            String next = (rest == 0) ? to : to + "-step-" + rest;

            infos.add(new UpgradeInfo(current, next, _buildNumber, steps[i]));
            current = next;
        }
    }

    /** Of 7.4's interface only, hence without {@code Override}; no module of the lab calls it. */
    public void registerInitialDeploymentUpgradeSteps(UpgradeStep... steps) {
        throw new UnsupportedOperationException("The stand-in has no steps of a first deployment");
    }

    final List<UpgradeInfo> infos = new ArrayList<>();

    private final int _buildNumber;

}
