/** The package's name, which is also the first half of its locale catalogs' namespaces. */
export const PACKAGE_NAME = 'node-red-contrib-serial-kafka-mongo';
