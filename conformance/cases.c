/* The catalogue: the cases of this version, in the order in which they run. */
#include "conformance/cases.h"

const struct ls_case *const ls_cases[] = {
    &ls_case_plain,  &ls_case_naive, &ls_case_ord_2, &ls_case_ord_7, &ls_case_ord_8,
    &ls_case_wm_1,   &ls_case_wm_2,  &ls_case_wm_5,  &ls_case_dup_1, &ls_case_dup_2,
    &ls_case_win_1,  &ls_case_win_2, &ls_case_win_3, &ls_case_win_4, &ls_case_win_5,
    &ls_case_win_6,  &ls_case_win_7, &ls_case_win_8, &ls_case_num_1, &ls_case_num_2,
    &ls_case_num_3,  &ls_case_num_4, &ls_case_num_5, &ls_case_num_6, &ls_case_tim_1,
    &ls_case_tim_2,  &ls_case_tim_3, &ls_case_crs_1, &ls_case_crs_3, &ls_case_crs_4,
    &ls_case_crs_6,  &ls_case_crs_7, &ls_case_crs_8, &ls_case_crs_9, &ls_case_crs_11,
    &ls_case_crs_12, &ls_case_env_1, &ls_case_env_2, &ls_case_ser_1, &ls_case_rpl_1,
    &ls_case_rpl_3,  &ls_case_rpl_5, &ls_case_rpl_6, NULL,
};
