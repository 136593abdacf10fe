/** The headers in which some writers name the schema of a record's key or value, instead of in front of its bytes. */
export const SCHEMA_HEADERS = { key: '__key_schema_id', value: '__value_schema_id' } as const;
