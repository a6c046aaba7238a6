#include "fiscal/statement_font.h"

#include <cstddef>

// An array of 757,000 numbers takes a compiler seconds; the assembler copies
// the file.
__asm__(
    ".section .rodata\n"
    ".balign 16\n"
    "skontro_statement_font_begin:\n"
    ".incbin \"" SKONTRO_STATEMENT_FONT
    "\"\n"
    "skontro_statement_font_end:\n"
    ".byte 0\n"
    ".globl skontro_statement_font_begin\n"
    ".globl skontro_statement_font_end\n"
    ".previous\n");

extern "C" {
extern const char skontro_statement_font_begin[];
extern const char skontro_statement_font_end[];
}

namespace skontro::fiscal {

std::string_view StatementFont() {
  return {skontro_statement_font_begin,
          static_cast<size_t>(skontro_statement_font_end -
                              skontro_statement_font_begin)};
}

}  // namespace skontro::fiscal
