create table Lab_service (
	version VARCHAR(75) null,
	written DATE null
);
