# The few shapes of target the tree is made of.
#
#   aegis_library(NAME SOURCES ... [LINKS ...])     libcommon/<dir> as target aegis_<NAME>
#   aegis_test(NAME SOURCES ... [LINKS ...] [FIXTURES ...] [SLOW])        a Criterion binary run by ctest
#   aegis_thread_test(NAME SOURCES ... [LINKS ...] [FIXTURES ...] [SLOW]) a plain program; also run under the tsan preset
#   aegis_fuzz(NAME SOURCES ... [LINKS ...] [CORPUS dir])   a libFuzzer target (fuzz preset; elsewhere clang-tidy
#                                                           knows how its sources are compiled)
#
# A library's include path is libcommon/ (so "base/arena.h"); layering is kept by
# LINKS and checked by tests/tree/layers.py.
#
# `ctest -L quick` is what a newcomer runs: each aegis_test and aegis_thread_test but those declared SLOW (they take more
# than fifteen seconds on two idle cores), and the checks of tests/tree and tests/deploy. A test of the label quick may use
# the servers that ctest starts (FIXTURES servers) and needs no started cluster. ctest sums up its time by label: quick,
# slow, e2e, chaos, fuzz.

find_package(PkgConfig REQUIRED)

function(aegis_library name)
	cmake_parse_arguments(L "" "" "SOURCES;LINKS" ${ARGN})
	add_library(aegis_${name} STATIC ${L_SOURCES})
	target_include_directories(aegis_${name} PUBLIC ${CMAKE_SOURCE_DIR}/libcommon)
	target_link_libraries(aegis_${name} PRIVATE aegis_flags PUBLIC ${L_LINKS})
endfunction()

# Tests run side by side, and a long one that starts last keeps the other core idle: the tests of the one cluster, which
# wait for each other, start first, then the slow ones. Afterwards ctest knows the real times and orders by them.
function(aegis_pace pace name)
	set_tests_properties(${name} PROPERTIES LABELS ${pace})
	if(pace STREQUAL "e2e")
		set_tests_properties(${name} PROPERTIES COST 100)
	elseif(pace STREQUAL "slow")
		set_tests_properties(${name} PROPERTIES COST 60)
	endif()
endfunction()

function(aegis_test name)
	if(NOT AEGIS_TESTS OR AEGIS_SANITIZE STREQUAL "thread")
		return()
	endif()
	cmake_parse_arguments(T "SLOW" "" "SOURCES;LINKS;FIXTURES" ${ARGN})
	add_executable(${name} ${T_SOURCES})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
	target_link_libraries(${name} PRIVATE aegis_flags ${T_LINKS} criterion)
	target_compile_options(${name} PRIVATE -Wno-override-init)
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES
		TIMEOUT 300
		FAIL_REGULAR_EXPRESSION "LeakSanitizer|runtime error:|AddressSanitizer"
		ENVIRONMENT "AEGIS_SAMPLES=${CMAKE_SOURCE_DIR}/../shared/samples;AEGIS_SOURCE=${CMAKE_SOURCE_DIR};AEGIS_BUILD=${CMAKE_BINARY_DIR}")
	if(T_SLOW)
		aegis_pace(slow ${name})
	else()
		aegis_pace(quick ${name})
	endif()
	if(T_FIXTURES)
		set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED "${T_FIXTURES}")
	endif()
endfunction()

function(aegis_thread_test name)
	if(NOT AEGIS_TESTS)
		return()
	endif()
	cmake_parse_arguments(T "SLOW" "" "SOURCES;LINKS;FIXTURES" ${ARGN})
	add_executable(${name} ${T_SOURCES})
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
	target_link_libraries(${name} PRIVATE aegis_flags ${T_LINKS})
	add_test(NAME ${name} COMMAND ${name})
	set_tests_properties(${name} PROPERTIES TIMEOUT 300
		FAIL_REGULAR_EXPRESSION "ThreadSanitizer|LeakSanitizer|runtime error:|AddressSanitizer"
		ENVIRONMENT "AEGIS_SOURCE=${CMAKE_SOURCE_DIR};AEGIS_BUILD=${CMAKE_BINARY_DIR};TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/tsan.supp:print_suppressions=0")
	if(T_SLOW)
		aegis_pace(slow ${name})
	else()
		aegis_pace(quick ${name})
	endif()
	if(T_FIXTURES)
		set_tests_properties(${name} PROPERTIES FIXTURES_REQUIRED "${T_FIXTURES}")
	endif()
endfunction()

set(AEGIS_FUZZ_SECONDS 30 CACHE STRING "How long each fuzz target runs in the tests")
function(aegis_fuzz name)
	cmake_parse_arguments(F "" "CORPUS" "SOURCES;LINKS" ${ARGN})
	if(AEGIS_FUZZ)
		add_executable(${name} ${F_SOURCES})
	elseif(AEGIS_TESTS AND CMAKE_C_COMPILER_ID STREQUAL "Clang")
		add_library(${name} OBJECT EXCLUDE_FROM_ALL ${F_SOURCES})
	else()
		return()
	endif()
	target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
	target_link_libraries(${name} PRIVATE aegis_flags ${F_LINKS})
	if(NOT AEGIS_FUZZ)
		return()
	endif()
	target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
	target_link_options(${name} PRIVATE -fsanitize=fuzzer)
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/corpus/${name})
	add_test(NAME ${name} COMMAND ${name} -max_total_time=${AEGIS_FUZZ_SECONDS} -timeout=5 -rss_limit_mb=2048
		-print_final_stats=1 ${CMAKE_BINARY_DIR}/corpus/${name} ${F_CORPUS})
	set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS fuzz)
endfunction()
