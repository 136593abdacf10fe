import assert from 'node:assert/strict';
import { NodeLines } from './node-lines';

const toFahrenheit = (celsius: number) => celsius * 1.8 + 32;

describe("the firmware's heat index", () => {
  // Computed with 40 decimal digits from the equation at
  // https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml, with the two deviations that
  // firmware/nodo/heat_index.h states. Columns: °C, %, heat index in °C.
  const TABLE: Record<string, [number, number, number][]> = {
    'the simple formula, for cool air': [
      [-20, 30, -25.1609],
      [-5.3, 45, -8.5994],
      [0, 0, -3.9444],
      [10, 50, 8.361],
      [20, 65, 19.7526],
      [24, 100, 25.0664],
      [26, 40, 25.6997],
      [27, 10, 26.0164],
    ],
    'the regression': [
      [25.9, 60, 26.8237],
      [26, 60, 26.9273],
      [27, 45, 27.1261],
      [30, 70, 35.0377],
      [32, 55, 35.6406],
      [35, 60, 45.0497],
      [40, 40, 48.2646],
      [45, 30, 54.1367],
      [50, 20, 56.613],
      [60, 15, 69.7931],
    ],
    'the adjustment for dry air, and its limits': [
      [35, 10, 31.9161],
      [40, 5, 35.5505],
      [44.4, 12, 42.2772],
      [45, 12, 43.0],
      [33, 13, 30.6272],
    ],
    'the adjustment for humid air, and its limits': [
      [28, 88, 33.5537],
      [27, 95, 31.9847],
      [29.4, 100, 41.8205],
      [30.5, 90, 42.6642],
      [30.6, 90, 43.0562],
    ],
  };

  for (const [part, rows] of Object.entries(TABLE)) {
    it(`follows ${part}`, () => {
      const node = new NodeLines();
      for (const [temperatura, humedad, expected] of rows) {
        node.set({ temperatura, humedad });
        const { sensacion } = node.nextReading();
        assert.ok(sensacion !== null, 'the sensor answered');
        // Single precision is good for three decimals here.
        assert.ok(
          Math.abs(sensacion - expected) < 0.002,
          `${temperatura} °C, ${humedad} %: ${sensacion} instead of ${expected}`,
        );
      }
    });
  }

  it("agrees with the National Weather Service's printed chart to a degree Fahrenheit", () => {
    // https://www.weather.gov/safety/heat-index: rows for 86 °F and 104 °F, which are whole °C.
    const CHART: [number, number, number][] = [
      [30, 40, 85],
      [30, 50, 88],
      [30, 60, 91],
      [30, 70, 95],
      [30, 80, 100],
      [30, 90, 105],
      [30, 100, 112],
      [40, 40, 119],
      [40, 45, 124],
      [40, 50, 131],
      [40, 55, 137],
    ];
    const node = new NodeLines();
    for (const [temperatura, humedad, expected] of CHART) {
      node.set({ temperatura, humedad });
      const { sensacion } = node.nextReading();
      assert.ok(sensacion !== null, 'the sensor answered');
      assert.ok(
        Math.abs(toFahrenheit(sensacion) - expected) <= 1,
        `${temperatura} °C, ${humedad} %: ${toFahrenheit(sensacion)} °F instead of ${expected}`,
      );
    }
  });
});
