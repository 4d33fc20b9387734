import { describeMoves } from "./describe-moves.ts";

describeMoves(29);
