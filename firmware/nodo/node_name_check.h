#pragma once
#include <stdint.h>

// Where the characters of a name begin; before them stand the mark and the length.
const uint8_t NAME_START = 3;

// Returns the length of the name that `byteAt` gives byte by byte, as node_name.h describes it, or 0 where there is none
// or it would break the JSON.
uint8_t nameLength(uint8_t (*byteAt)(uint8_t address));
