package com.liferay.petra.encryptor;

/** Stand-in for a type that portal-impl links against and that is not on Maven Central. */
public class EncryptorException extends Exception {

    public EncryptorException(String message, Throwable cause) {
        super(message, cause);
    }

}
