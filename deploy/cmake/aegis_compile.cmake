# Compiler flags for everything that is ours.  Generated code is compiled with
# aegis_generated(), which keeps the sanitizers but not the warnings.

add_library(aegis_flags INTERFACE)
target_compile_options(aegis_flags INTERFACE
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wvla
	-Wpointer-arith -Wundef -Wno-missing-field-initializers -Werror)
target_compile_definitions(aegis_flags INTERFACE _GNU_SOURCE)

if(AEGIS_SANITIZE)
	add_compile_options(-fsanitize=${AEGIS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
	add_link_options(-fsanitize=${AEGIS_SANITIZE})
endif()

# Coverage in every library, or libFuzzer would search blindly.
if(AEGIS_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
	add_compile_options(-O2 -g1 -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2)
	add_link_options(-Wl,-z,relro,-z,now)
	set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
		add_link_options(-flto=auto)
	endif()
endif()

function(aegis_generated target)
	target_compile_options(${target} PRIVATE -w)
	target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
endfunction()
