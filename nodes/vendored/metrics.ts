/** Prometheus' format; the build puts the library into this file, so that the package needs no dependency for it. */
export { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
