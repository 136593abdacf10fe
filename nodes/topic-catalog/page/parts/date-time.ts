/** What a field for a date and a time takes: browsers let a year of six digits be typed, which is none of a reading. */
export const DATE_TIMES = { min: '0001-01-01T00:00:00', max: '9999-12-31T23:59:59' } as const;
