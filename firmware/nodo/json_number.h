#pragma once
#include <Print.h>

// Prints `value` as a JSON number of at most seven significant digits (what single
// precision holds) without trailing zeros: 60, 33.5536, -5.1. NAN is printed as null.
void printJsonNumber(Print &out, float value);
