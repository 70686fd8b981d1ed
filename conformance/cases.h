/* Each case's row; case_<group>.c defines them. */
#ifndef LS_CONFORMANCE_CASES_H
#define LS_CONFORMANCE_CASES_H

#include "conformance/verify_internal.h"

extern const struct ls_case ls_case_plain, ls_case_naive;
extern const struct ls_case ls_case_ord_1, ls_case_ord_2, ls_case_ord_3, ls_case_ord_4,
    ls_case_ord_5, ls_case_ord_6, ls_case_ord_7, ls_case_ord_8, ls_case_ord_9, ls_case_ord_10;
extern const struct ls_case ls_case_wm_1, ls_case_wm_2, ls_case_wm_3, ls_case_wm_4, ls_case_wm_5,
    ls_case_wm_6, ls_case_wm_7, ls_case_wm_8, ls_case_wm_9, ls_case_wm_10, ls_case_wm_11,
    ls_case_wm_12, ls_case_wm_13;
extern const struct ls_case ls_case_dup_1, ls_case_dup_2, ls_case_dup_3, ls_case_dup_4,
    ls_case_dup_5, ls_case_dup_6, ls_case_dup_7, ls_case_dup_8;
extern const struct ls_case ls_case_crs_3, ls_case_crs_4, ls_case_crs_6, ls_case_crs_7,
    ls_case_crs_8, ls_case_crs_9, ls_case_crs_11, ls_case_crs_12;
extern const struct ls_case ls_case_crs_1, ls_case_env_1, ls_case_env_2, ls_case_ser_1,
    ls_case_rpl_1;
extern const struct ls_case ls_case_rpl_3, ls_case_rpl_5, ls_case_rpl_6;
extern const struct ls_case ls_case_rpl_2, ls_case_rpl_4, ls_case_rpl_7, ls_case_rpl_8;
extern const struct ls_case ls_case_win_1, ls_case_win_2, ls_case_win_3, ls_case_win_4,
    ls_case_win_5, ls_case_win_6, ls_case_win_7, ls_case_win_8;
extern const struct ls_case ls_case_num_1, ls_case_num_2, ls_case_num_3, ls_case_num_4,
    ls_case_num_5, ls_case_num_6;
extern const struct ls_case ls_case_tim_1, ls_case_tim_2, ls_case_tim_3;
extern const struct ls_case ls_case_crs_10, ls_case_txn_1, ls_case_txn_2, ls_case_txn_3,
    ls_case_txn_5, ls_case_txn_6, ls_case_txn_7, ls_case_txn_8, ls_case_txn_9, ls_case_txn_10,
    ls_case_txn_12, ls_case_crs_2;
extern const struct ls_case ls_case_log_1, ls_case_log_2, ls_case_log_3, ls_case_log_4,
    ls_case_log_5, ls_case_log_6, ls_case_log_7, ls_case_log_8, ls_case_log_9, ls_case_reg_1,
    ls_case_reg_2;

#endif
