#pragma once

// Heat index ("sensación térmica") in °C, of a temperature in °C and a relative humidity
// in %. NAN in either gives NAN.
//
// Source: Rothfusz regression with its two adjustments and the simple formula for cool
// air, National Weather Service, https://www.wpc.ncep.noaa.gov/html/heatindex_equation.shtml
// (Technical Attachment SR 90-23, 1990). Two things differ from that page, so that values
// compare with those already in databases of this node: the regression starts where the
// simple formula alone gives more than 79 °F (the page: its average with the temperature,
// from 80 °F), and °F become °C with the factor 0.55555 instead of 5/9.
float heatIndex(float celsius, float humidity);
