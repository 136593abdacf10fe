#pragma once
#include <Print.h>

// Prints the name of this node: the one in its EEPROM, or NODO of config.h where there is none.
//
// In the EEPROM a name begins at address 0: the bytes 0x4E 0x01, its length (1 to 32), its characters (letters, digits,
// '_', '.', '-'), and the sum of the length and the characters, modulo 256. So one program serves many boards.
void printNodeName(Print &out);
