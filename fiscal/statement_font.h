// The font of statements: DejaVu Sans of the build, inside the program. So it
// is there whatever the machine has, and the same in every file.

#ifndef SKONTRO_FISCAL_STATEMENT_FONT_H_
#define SKONTRO_FISCAL_STATEMENT_FONT_H_

#include <string_view>

namespace skontro::fiscal {

// The bytes of a TrueType file.
std::string_view StatementFont();

}  // namespace skontro::fiscal

#endif  // SKONTRO_FISCAL_STATEMENT_FONT_H_
