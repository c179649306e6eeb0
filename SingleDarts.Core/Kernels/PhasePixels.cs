namespace SingleDarts.Core.Kernels;

/// <summary>Which pixels of a plane belong to the image and not to its padding.</summary>
/// <param name="FirstRow">First row of the plane.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="FirstColumn">First column of the plane.</param>
/// <param name="Columns">Number of columns.</param>
internal readonly record struct PhasePixels(int FirstRow, int Rows, int FirstColumn, int Columns);
