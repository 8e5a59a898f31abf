java -jar com.liferay.portal.tools.db.upgrade.client.jar %*
