/** The stock limits of uploads, with room for one large file (20 MiB are not). */
export const MULTIPART_LIMITS = { fileSize: 2 ** 30, files: 10, fields: 100, fieldSize: 2 ** 20 };
