// The SQLSTATEs that Runfold acts on, with their names in the PostgreSQL manual, appendix A.

export const protocolViolation = '08P01';
export const numericValueOutOfRange = '22003';
export const invalidParameterValue = '22023';
export const notNullViolation = '23502';
export const foreignKeyViolation = '23503';
export const uniqueViolation = '23505';
export const checkViolation = '23514';
export const readOnlyTransaction = '25006';
export const invalidStatementName = '26000';
export const invalidAuthorization = '28000';
export const invalidPassword = '28P01';
export const dependentObjectsStillExist = '2BP01';
export const invalidCatalogName = '3D000';
export const invalidSchemaName = '3F000';
export const deadlockDetected = '40P01';
export const insufficientPrivilege = '42501';
export const undefinedColumn = '42703';
export const undefinedTable = '42P01';
export const duplicatePreparedStatement = '42P05';
export const invalidColumnReference = '42P10';
export const lockNotAvailable = '55P03';
export const queryCanceled = '57014';
