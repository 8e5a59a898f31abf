package com.liferay.petra.process;

/** Stand-in for a type that portal-impl links against and that is not on Maven Central. */
public class ProcessException extends Exception {

    public ProcessException(String message, Throwable cause) {
        super(message, cause);
    }

}
