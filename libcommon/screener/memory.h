#pragma once

/* Runs by itself before main(). */
void screener_memory(void);
