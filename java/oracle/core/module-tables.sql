-- Tables of modules that core steps read or change: a real database has them, a core alone has not.
-- 7.1.0 of 7.3 (UpgradeCTModel) gives this one another primary key; columns as in 7.0, where it belonged to the core.
create table AssetCategoryProperty (
	mvccVersion bigint default 0 not null,
	categoryPropertyId bigint not null primary key,
	companyId bigint,
	userId bigint,
	userName varchar(75),
	createDate timestamp,
	modifiedDate timestamp,
	categoryId bigint,
	key_ varchar(75),
	value varchar(75)
);
-- 8.16.0 of 7.3 (UpgradeDLFileEntryType) reads these columns; HSQLDB looks for them when the query is prepared.
create table DDMStructure (
	structureId bigint not null primary key,
	groupId bigint,
	classNameId bigint,
	structureKey varchar(75)
);
