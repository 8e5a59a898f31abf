package com.liferay.petra.process;

import java.io.Serializable;

/** Stand-in for a type that portal-impl links against and that is not on Maven Central. */
public interface ProcessCallable<T extends Serializable> extends Serializable {

    T call() throws ProcessException;

}
