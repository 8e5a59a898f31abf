create table Lab_fresh (
	version VARCHAR(75) null,
	written DATE null
);
